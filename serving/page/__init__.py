"""THE AGENT PAGE: what an agent needs at a glance, in their language, from the same answers and decisions as the API.

Rendered here, works without JavaScript; a script of ours adds keys. People sign in; each page declares who may see it.
"""
