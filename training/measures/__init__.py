"""HOW GOOD IS AN ANSWER against what happened: measures of probabilities, classes and amounts, with intervals by customer."""
