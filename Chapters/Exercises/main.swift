import ExerciseChecks

exerciseProgram("exercises", [chapter03])
