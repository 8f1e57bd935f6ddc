"""Mutation testing (R10): small faults are planted in the code one at a time; do the tests notice."""
