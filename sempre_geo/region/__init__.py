"""What is there: readers of files and the region they are made into."""
