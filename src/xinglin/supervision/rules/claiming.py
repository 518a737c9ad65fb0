"""What may be paid: amounts that add up."""
