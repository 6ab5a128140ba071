// chapter
