"""WHAT TRAINING TELLS AND SERVING SHOWS: the shape of each file below `reports/`, one module a report, or a part of one."""
