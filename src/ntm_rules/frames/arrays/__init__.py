"""The array kernel: frames in memory, a block of rows after the other, with NumPy."""
