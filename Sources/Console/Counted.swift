/// A number and what is counted: `1 piece`, `2 pieces`. For nouns whose plural is made by an s.
public func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
