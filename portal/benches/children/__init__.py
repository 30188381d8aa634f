"""What is measured in a process of its own, where its memory is its own too."""
