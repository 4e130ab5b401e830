"""The geometry of the pictures, which the templates draw as SVG."""
