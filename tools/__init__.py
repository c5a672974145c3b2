"""What developers run by hand or through make; not part of the package."""
