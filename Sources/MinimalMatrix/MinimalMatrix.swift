// MinimalMatrix
