import MinimalMatrix

/// W6: matrix products in the shapes of the peers, plain and with either side transposed.
func measureProducts(threads: Int, into results: Results) throws {
  let cubes = [64, 128, 256, 512, 1024].map { ($0, $0, $0) }
  for (m, k, n) in cubes + [(100, 200, 800), (32, 100, 400), (16, 20, 80)] {
    var random = SplitMix64(seed: 1)
    let a = Matrix<Float>.uniform(m, k, scale: 1, using: &random)
    let b = Matrix<Float>.uniform(k, n, scale: 1, using: &random)
    let (aT, bT) = (a.transposed(), b.transposed())
    var c = Matrix<Float>(m, n)
    func report(_ variant: String, _ body: () -> Void) throws {
      try results.add(Measurement("W6", variant, threads: threads, measure(body), flop: 2 * Double(m * k * n)))
    }
    let shape = "\(m)x\(k)x\(n)"
    try report(shape) { c = matmul(a, b) }
    try report(shape + " Aᵀ") { c = matmul(aT.T, b) }
    try report(shape + " Bᵀ") { c = matmul(a, bT.T) }
    precondition(c.isFinite)
  }
}
