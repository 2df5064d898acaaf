"""Documents as pictures: pages as a reader would see them, with the places that matter to a signature."""
