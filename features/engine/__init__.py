"""The feature engine: a language of declarations, a compiler, one kernel, and the runners around it."""
