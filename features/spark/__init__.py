"""Spark: the same kernel in its workers, over the stored log (`stored`) or over a company's own tables (`lake`).

Nothing is re-exported: `lake` needs pyspark to be imported, the others look for it when they are used.
"""
