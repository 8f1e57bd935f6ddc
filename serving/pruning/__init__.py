"""WHAT MAY GO: files that neither the live state, a way back nor the monitor needs, and rows whose time is over."""
