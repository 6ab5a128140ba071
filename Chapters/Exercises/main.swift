import ExerciseChecks

exerciseProgram("exercises", [chapter03, chapter04])
