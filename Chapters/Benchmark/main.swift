import Foundation
import MinimalMatrix
func cpu() -> UInt64 { var t = timespec(); clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); return UInt64(t.tv_sec) * 1_000_000_000 + UInt64(t.tv_nsec) }
func best(_ reps: Int, _ f: () -> Void) -> Double {
  f(); var r: [Double] = []
  for _ in 0..<reps { let t = cpu(); f(); r.append(Double(cpu() - t) * 1e-9) }
  return r.min()!
}
Threads.count = 1
func go<S: MatrixScalar>(_: S.Type, _ pk: Double) {
var g = SplitMix64(seed: 1)
for (m, k, n) in [(256,256,256),(512,512,512),(1024,1024,1024),(100,200,800),(32,100,400),(16,20,80),(100,800,200),(5000,200,800),(25,100,91),(1,100,100),(1,200,800),(10,200,800),(2,100,100),(31,33,35)] {
  let a = Matrix<S>.uniform(m, k, scale: 1, using: &g), b = Matrix<S>.uniform(k, n, scale: 1, using: &g)
  let at = a.transposed(), bt = b.transposed()
  var c = Matrix<S>(m, n)
  let inner = max(1, Int(4e6) / (m*n*k))
  var line = "\(m)x\(k)x\(n):"
  func r(_ f: () -> Void) { let t = best(40) { for _ in 0..<inner { f() } } / Double(inner); line += String(format: " %3.0f%%", 200*Double(m*n*k)/t/1e9/pk) }
  r { c = matmul(a, b) }; r { c.addProduct(a, b) }; r { c = matmul(at.T, b) }; r { c = matmul(a, bt.T) }
  print(line)
}
}
go(Float.self, 103.5)
go(Double.self, 51.7)
