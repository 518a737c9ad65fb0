"""The pharmacist's pages: the review desk with the next prescription open, dispensing by trace code, deliveries."""
