"""From the refusal of an operation to an error of ours, and its sentence."""
