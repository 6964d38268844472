package screen

import "strings"

// maxParting is how many characters may part the digits of one number.
const maxParting = 3

// group is digits that stand together.
type group struct{ start, end int }

// nhsNumbers finds ten digits that end in an NHS number's check digit, whatever parts
// them: in one piece, as 3, 3 and 4, or parted by the same throughout. A year and the
// number of its quarter are no such thing.
func (s *scanner) nhsNumbers() {
	for i := 0; i < len(s.text); {
		if !isDigit(s.at(i)) {
			i++
			continue
		}
		groups := s.groups(i)
		for first := 0; first < len(groups); {
			if end := s.nhsNumber(groups[first:]); end > 0 {
				s.mark(NHSNumber, groups[first].start, groups[first+end-1].end)
				first += end
				continue
			}
			first++
		}
		i = groups[len(groups)-1].end
	}
}

// groups answers the digits from a place on that nothing but partings stands between.
func (s *scanner) groups(i int) []group {
	var groups []group
	for {
		start := i
		for isDigit(s.at(i)) {
			i++
		}
		groups = append(groups, group{start, i})
		next := i
		for next-i < maxParting && isParting(s.at(next)) {
			next++
		}
		if !isDigit(s.at(next)) {
			return groups
		}
		i = next
	}
}

// nhsNumber answers how many of the first groups make an NHS number, 0 for none.
func (s *scanner) nhsNumber(groups []group) int {
	const digits = 10
	n, sum, last := 0, 0, 0
	for k, g := range groups {
		if g.end-g.start > digits-n {
			return 0
		}
		for i := g.start; i < g.end; i++ {
			last = int(s.at(i) - '0')
			if n++; n < digits {
				sum += last * (digits + 1 - n) // weights 10 to 2
			}
		}
		if n < digits {
			continue
		}
		if check := (11 - sum%11) % 11; check != last || !s.alike(groups[:k+1]) {
			return 0 // a check digit of 10 does not exist, and is no digit
		}
		return k + 1
	}
	return 0
}

// alike reports whether groups are parted as one number is.
func (s *scanner) alike(groups []group) bool {
	if len(groups) == 3 && groups[0].end-groups[0].start == 3 && groups[1].end-groups[1].start == 3 {
		return true
	}
	for k := 2; k < len(groups); k++ {
		if !s.sameBetween(groups[k-2].end, groups[k-1].start, groups[k-1].end, groups[k].start) {
			return false
		}
	}
	return true
}

func (s *scanner) sameBetween(a, aEnd, b, bEnd int) bool {
	if aEnd-a != bEnd-b {
		return false
	}
	for i := range aEnd - a {
		if s.at(a+i) != s.at(b+i) {
			return false
		}
	}
	return true
}

// checkLetters are those of a UPN, each by the remainder that it stands for: the
// alphabet without I, O and S.
const checkLetters = "abcdefghjklmnpqrtuvwxyz"

// upns finds a letter and twelve characters of which it is the check letter: digits, or
// for a temporary number eleven digits and a letter that counts as its place.
func (s *scanner) upns() {
	for i := 0; i < len(s.text); i++ {
		letter := strings.IndexRune(checkLetters, s.at(i))
		if letter < 0 || s.alphanumeric(i-1) {
			continue
		}
		if end := s.upn(i, letter); end > 0 {
			s.mark(UPN, i, end)
			i = end - 1
		}
	}
}

func (s *scanner) alphanumeric(i int) bool { return isDigit(s.at(i)) || isLetter(s.at(i)) }

func (s *scanner) upn(start, letter int) (end int) {
	const characters = 12
	sum, i := 0, start+1
	for n := range characters {
		for parted := 0; parted < maxParting && isParting(s.at(i)); parted++ {
			i++
		}
		r := s.at(i)
		place := int(r - '0')
		if !isDigit(r) {
			if place = strings.IndexRune(checkLetters, r); place < 0 || n < characters-1 {
				return 0
			}
		}
		sum += place * (n + 2) // weights 2 to 13
		i++
	}
	if sum%len(checkLetters) != letter || s.alphanumeric(i) {
		return 0
	}
	return i
}
