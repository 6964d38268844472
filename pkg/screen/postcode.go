package screen

import "strings"

// areas are the letters with which postcodes begin.
var areas = set(strings.Fields(`ab al b ba bb bd bh bl bn br bs bt ca cb cf ch cm co cr ct cv cw da dd de dg dh dl dn dt dy e ec eh en ex fk fy g gl gu gy
	ha hd hg hp hr hs hu hx ig im ip iv je ka kt kw ky l la ld le ll ln ls lu m me mk ml n ne ng nn np nr nw ol ox pa pe ph pl po pr rg rh rm s sa se sg sk sl sm
	sn so sp sr ss st sw sy ta td tf tn tq tr ts tw ub w wa wc wd wf wn wr ws wv yo ze`)...)

// postcodes finds whole ones. The first part alone is a district, in which many live.
func (s *scanner) postcodes() {
	for i := range s.text {
		if letter := s.at(i); letter < 'a' || letter > 'z' || s.alphanumeric(i-1) {
			continue
		}
		if end := s.postcode(i); end > 0 {
			s.mark(Postcode, i, end)
		}
	}
}

func (s *scanner) postcode(start int) (end int) {
	i := start
	for i-start < 3 && s.at(i) >= 'a' && s.at(i) <= 'z' {
		i++
	}
	if i-start > 2 || !areas[string(s.text[start:i])] || !isDigit(s.at(i)) {
		return 0
	}
	// The district: a digit, two, or a digit and a letter. Where the parts stand
	// together, what is the district shows from behind.
	for _, district := range [...]int{1, 2} {
		k := i + district
		if district == 2 && !s.alphanumeric(i+1) {
			continue
		}
		for parted := 0; parted < maxParting && isParting(s.at(k)); parted++ {
			k++
		}
		if isDigit(s.at(k)) && s.inward(k+1) && s.inward(k+2) && !s.alphanumeric(k+3) {
			return k + 3
		}
	}
	return 0
}

// inward reports whether a letter can stand at the end of a postcode.
func (s *scanner) inward(i int) bool {
	return strings.ContainsRune("abdefghjlnpqrstuwxyz", s.at(i))
}
