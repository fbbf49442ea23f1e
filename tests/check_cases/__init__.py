"""One module per notebook with the lists RIGHT, WRONG and UNTOUCHED."""
