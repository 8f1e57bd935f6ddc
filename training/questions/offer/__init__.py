"""WILL THE CUSTOMER TAKE THIS OFFER, AND WHAT DOES MAKING IT CHANGE: exposures by month, baselines, the contest, the fit."""
