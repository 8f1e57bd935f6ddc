"""WHAT OTHERS ARE TOLD: alerts raised and ended, who wants to hear of them, and each message on its way."""
