"""Programs that show how to use msm; a test runs each of them."""
