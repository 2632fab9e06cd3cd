"""Units in time: which there are on a day, what became of them, and the facts and recognitions of merged ones."""
