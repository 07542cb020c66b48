"""Isthmus: a healthcare integration hub. Durable, in order, accounted for to the cent."""

__version__ = "0.1.0"
