import Speed

/// Measures how the cost of chapter 3's training step grows with the number of steps, of rows and of hidden units.
func measureCost(threads: Int, into results: Results) throws {
  for growth in Growth.all {
    for value in growth.values {
      let (size, cost) = (growth.size(value), growth.measure(value, threads: threads))
      var measurement = Measurement(
        "cost-\(growth.letter)", "T=\(size.T) B=\(size.B) D=H=\(size.H)", threads: threads)
      (measurement.median_s, measurement.share_of_peak) = (cost.seconds, cost.share)
      measurement.gflops = size.flop / cost.seconds / 1e9
      try results.add(measurement)
    }
  }
}
