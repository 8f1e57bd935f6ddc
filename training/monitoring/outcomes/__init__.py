"""WHAT CAME: of the predictions that were live and of the offers shown, and what may be expected of those still open."""
