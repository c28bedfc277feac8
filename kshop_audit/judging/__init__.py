"""From measurements to statuses, points, the verdict and the score; exact figures, no frames."""
