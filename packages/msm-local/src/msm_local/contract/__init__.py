"""What requests and answers hold, below everything that speaks HTTP."""
