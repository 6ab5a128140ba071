import ExerciseChecks

exerciseProgram("exercises", [chapter03, chapter04, chapter05, chapter06, chapter07])
