"""WHAT MLFLOW SHOWS OF A TRAINING: where runs stand, what one holds, its children, and the registry, which follows the ledger."""
