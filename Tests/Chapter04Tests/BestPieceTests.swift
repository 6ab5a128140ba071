import ExplicitGates
import MinimalMatrix
import Scan
import Testing

@Test("The length that the page calls the best one.")
func bestPiece() {
  var random = SplitMix64(seed: 1)
  let footprint = Footprint(of: LSTM<Float>(inputs: 8, hidden: 32, using: &random), batch: 4)
  let best = (1...10_000).min {
    footprint.checkpointed(10_000, every: $0) < footprint.checkpointed(10_000, every: $1)
  }!
  #expect(best == 53 && footprint.checkpointed(10_000, every: best) == 383_488)
  #expect(footprint.checkpointed(10_000) == 460_800)
}
