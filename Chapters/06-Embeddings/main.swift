import Console

program("chapter06", "A character language model that trains, writes, saves and resumes.") { _ in }
