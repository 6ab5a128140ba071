import Console
import ExplicitGates
import MinimalMatrix
import Speed
import Foundation

let B = 100, T = 50, D = 200, H = 200
var random = SplitMix64(seed: 1)
let cell = LSTM<Float>(inputs: D, hidden: H, using: &random)
let x = Matrix<Float>.uniform(T * B, D, scale: 1, using: &random)
func time(_ name: String, _ f: () -> Answer) -> Answer {
  var best = Double.infinity
  var a: Answer?
  for _ in 0..<5 {
    let s = DispatchTime.now().uptimeNanoseconds
    a = f()
    best = min(best, Double(DispatchTime.now().uptimeNanoseconds - s) * 1e-9)
    if best > 1 { break }
  }
  print(name, best, 9.6 / best, a!.gradient.fingerprint, a!.loss, a!.dInputs.scalars.reduce(0, +))
  return a!
}
Threads.count = 1
let e = time("ch3") { cell.answer(x, batch: B) }
for (idea, recipe) in Recipe.history {
  var l = Learner(recipe)
  let a = time(idea) { l.answer(cell, x, batch: B) }
  print(a == e)
}
