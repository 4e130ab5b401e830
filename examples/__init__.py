"""Programs that show msm at work; each is run by a test."""
