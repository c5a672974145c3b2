"""What every chat platform has to keep, whatever it is made of."""
