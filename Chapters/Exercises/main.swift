import ExerciseChecks

exerciseProgram(
  "exercises", [chapter01, chapter02, chapter03, chapter04, chapter05, chapter06, chapter07, chapter08])
