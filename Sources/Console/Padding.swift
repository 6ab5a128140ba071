extension String {
  /// The text with spaces behind it, `width` columns in all: for tables. A longer text is left as it is.
  public func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

  /// The text with spaces before it, `width` columns in all: for numbers in tables. A longer text is left as it is.
  public func aligned(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
