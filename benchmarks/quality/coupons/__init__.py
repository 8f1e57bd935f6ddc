"""Who redeems a coupon: acceptance of real campaigns, whose households were chosen by a rule; never uplift."""
