"""MANY AT ONCE: bulk questions that the background process answers into files, from one live state each."""
