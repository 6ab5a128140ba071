import Console
import Speed
let m = Measurements.now(Size(T: 50, B: 100, D: 200, H: 200), seed: 1) { _, _ in }
m.table.forEach { print($0) }
