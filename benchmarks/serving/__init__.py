"""WHAT SERVING COSTS: one customer looked up beside a bare route (P4), and a million customers from start to ready (P7)."""
