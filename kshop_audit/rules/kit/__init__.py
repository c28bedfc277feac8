"""What rules are made of: the decorator, the shapes, and pieces that several families use."""
