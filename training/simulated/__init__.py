"""The simulated company: customers living through stages, as awkward as life, with the truth kept aside."""
