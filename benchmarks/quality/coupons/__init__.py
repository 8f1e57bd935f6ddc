"""WHO REDEEMS A COUPON: acceptance of real campaigns, whose households were chosen by a rule; never uplift."""
