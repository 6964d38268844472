package server

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/klauspost/compress/s2"
)

// pipe is one whole list on its way. One goroutine writes it, another sends it.
type pipe struct {
	spool   *spool
	of      *lists
	request string // its id
	out     outlet
	filling []byte        // the next block; the writer's
	packed  []byte        // likewise, to use it again
	sent    chan struct{} // closed when nothing more is sent; nil before the first block
	arrived chan struct{} // holds a token when there is something new for the sender

	// Under the spool's lock:
	queue  []block
	memory int      // blocks in memory
	unread int      // blocks in the file
	file   *os.File // nil until it is needed
	end    int64    // of the file, and so what counts of it
	whole  bool     // whether nothing follows
	over   bool     // whether the connection is no longer this list's
	err    error    // why the list ends before its end
}

// outlet is the connection that a list goes to.
type outlet interface {
	io.Writer
	SetWriteDeadline(at time.Time) error
}

// block is a part of a list: in memory or, where data is nil, in the file.
type block struct {
	data []byte
	at   int64
	size int
	turn int64 // when it was put here, as a number that grows
}

var errCut = errors.New("the reader of a whole list was the slowest when the room for what was not taken ran out")

func (l *lists) pipe(request string, out outlet) *pipe {
	return &pipe{spool: l.spool, of: l, request: request, out: out, filling: newBlock(), arrived: make(chan struct{}, 1)}
}

var blocks = sync.Pool{New: func() any { return new([blockSize]byte) }}

func newBlock() []byte {
	room, _ := blocks.Get().(*[blockSize]byte) // it holds nothing else
	return room[:0]
}

func freeBlock(data []byte) { blocks.Put((*[blockSize]byte)(data[:blockSize])) }

// waiting orders pipes by whose reader should have read on first. Who has nothing
// to read comes last.
func (p *pipe) waiting() int64 {
	if len(p.queue) == 0 {
		return p.spool.turn + 1
	}
	return p.queue[0].turn
}

// Write implements [io.Writer]. It never waits for the reader.
func (p *pipe) Write(text []byte) (int, error) {
	written := 0
	for written < len(text) {
		n := min(len(text)-written, blockSize-len(p.filling))
		p.filling = append(p.filling, text[written:written+n]...)
		written += n
		if len(p.filling) == blockSize {
			if err := p.push(); err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

// push hands the block over to the sender.
func (p *pipe) push() error {
	if p.sent == nil { // a list of less than a block has no sender
		p.sent = make(chan struct{})
		go p.send()
	}
	if in, err := p.pushMemory(); in || err != nil {
		return err
	}
	p.packed = s2.Encode(p.packed[:cap(p.packed)], p.filling)
	file, at, err := p.room(int64(len(p.packed)))
	if err != nil {
		return err
	}
	if _, err := file.WriteAt(p.packed, at); err != nil {
		return p.stop(err)
	}
	p.spool.mu.Lock()
	defer p.spool.mu.Unlock()
	p.unread++
	p.add(block{at: at, size: len(p.packed)})
	p.filling = p.filling[:0]
	return p.err
}

func (p *pipe) pushMemory() (in bool, err error) {
	p.spool.mu.Lock()
	defer p.spool.mu.Unlock()
	if p.err != nil || p.memory == memoryBlocks {
		return false, p.err
	}
	p.memory++
	p.add(block{data: p.filling})
	p.filling = newBlock()
	return true, nil
}

// room answers a place in the file for so many bytes.
func (p *pipe) room(n int64) (file *os.File, at int64, err error) {
	if p.file == nil { // only the writer makes it
		file, err := p.spool.create()
		if err != nil {
			return nil, 0, p.stop(err)
		}
		p.spool.mu.Lock()
		p.file = file
		p.spool.mu.Unlock()
	}
	p.spool.mu.Lock()
	defer p.spool.mu.Unlock()
	if p.err == nil && p.unread == 0 && p.end > 0 { // the reader has caught up
		p.spool.release(p)
		if err := p.file.Truncate(0); err != nil {
			p.fail(err)
		}
	}
	at = p.end
	p.spool.reserve(p, n)
	return p.file, at, p.err
}

// add puts a block at the end of the queue. The lock is held, here and below where
// nothing else is said.
func (p *pipe) add(b block) {
	p.spool.turn++
	b.turn = p.spool.turn
	p.queue = append(p.queue, b)
	p.wake()
}

func (p *pipe) wake() {
	select {
	case p.arrived <- struct{}{}:
	default: // the sender has not looked since the last time
	}
}

// fail ends the list before its end, for the first of the reasons given, and lets
// go of a sender who waits for the reader.
func (p *pipe) fail(err error) {
	if p.err != nil || p.over {
		return
	}
	p.err, p.queue = err, nil
	p.shut()
	_ = p.out.SetWriteDeadline(time.Unix(1, 0)) // long past; a test's connection may have no deadlines
	p.wake()
}

// stop is fail, without the lock. It answers why the list has ended.
func (p *pipe) stop(err error) error {
	p.spool.mu.Lock()
	defer p.spool.mu.Unlock()
	p.fail(err)
	return p.err
}

// shut closes the file, which has no name and so is gone.
func (p *pipe) shut() {
	p.spool.release(p)
	if p.file != nil {
		_ = p.file.Close() // nothing in it is wanted
	}
}

// send writes the blocks as the reader takes them. It takes no lock while it does.
func (p *pipe) send() {
	defer close(p.sent)
	var packed, plain []byte
	for {
		b, err := p.next()
		if err != nil {
			return // nothing follows, or it has failed
		}
		data := b.data
		if data == nil {
			if plain, packed, err = p.unpack(b, plain, packed); err != nil {
				_ = p.stop(err)
				return
			}
			data = plain
		}
		if _, err := p.out.Write(data); err != nil {
			_ = p.stop(err)
			return
		}
		if b.data != nil {
			freeBlock(b.data)
		}
	}
}

// next waits for the next block, and gives the reader time for it. The error is
// [io.EOF] after the last one.
func (p *pipe) next() (block, error) {
	for {
		b, found, err := p.take()
		if found || err != nil {
			return b, err
		}
		<-p.arrived
	}
}

func (p *pipe) take() (b block, found bool, err error) {
	p.spool.mu.Lock()
	defer p.spool.mu.Unlock()
	switch {
	case p.err != nil:
		return b, false, p.err
	case len(p.queue) > 0:
		b, p.queue[0] = p.queue[0], block{}
		p.queue = p.queue[1:]
		if b.data != nil {
			p.memory--
		}
		_ = p.out.SetWriteDeadline(time.Now().Add(longestPart)) // see fail
		return b, true, nil
	case p.whole:
		return b, false, io.EOF
	}
	return b, false, nil
}

// unpack reads a block out of the file. It uses the room that it is given.
func (p *pipe) unpack(b block, plain, packed []byte) ([]byte, []byte, error) {
	packed = append(packed[:0], make([]byte, b.size)...)
	_, err := p.file.ReadAt(packed, b.at)
	if err == nil {
		plain, err = s2.Decode(plain[:cap(plain)], packed)
	}
	p.spool.mu.Lock()
	defer p.spool.mu.Unlock()
	p.unread--
	return plain, packed, err
}

// finish sends what is left, or breaks the list off where err says why, and waits
// until that is done. The error is nil if the reader has the whole list.
func (p *pipe) finish(err error) error {
	if p.over {
		return p.err
	}
	if err == nil && p.sent != nil && len(p.filling) > 0 {
		err = p.push()
	}
	p.spool.mu.Lock()
	if err != nil {
		p.fail(err)
	}
	p.whole = true
	p.wake()
	p.spool.mu.Unlock()
	if p.sent != nil {
		<-p.sent
	} else if err == nil && len(p.filling) > 0 {
		_ = p.out.SetWriteDeadline(time.Now().Add(longestPart))
		_, err = p.out.Write(p.filling)
	}
	p.spool.mu.Lock()
	defer p.spool.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
	p.shut()
	freeBlock(p.filling)
	p.over = true // the connection may be another answer's now
	if _, ofFile := errors.AsType[*os.PathError](p.err); ofFile || errors.Is(p.err, errCut) {
		p.spool.log.Warn("a whole list was broken off", "request", p.request, "error", p.err.Error())
	}
	return p.err
}
