"""WHAT THE PAGE TELLS: one module a chapter, each a question with its tables and how they are drawn."""
