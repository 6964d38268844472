package postgres

import (
	"bytes"
	"context"
	"database/sql"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goccy/go-json"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/singleflight"
	gormpostgres "gorm.io/driver/postgres"
	"gorm.io/gorm"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// Config says where the database is.
type Config struct {
	URL      string             // of the database, as libpq reads it
	Logger   *slog.Logger       // nil: the default one
	Clock    func() time.Time   // nil: time.Now
	Settings programme.Settings // the zero value: the defaults
	// SealingKeys keep the service's own keys from whoever has a copy of the database
	// alone: none, one, or two while one takes the place of the other. The first seals.
	SealingKeys [][]byte
	// LeadTrusted says whether an issuer is trusted to name leads of a borough, whose
	// authorisations hold. nil: none is.
	LeadTrusted func(issuer, borough string) bool
	MaxConns    int // of the pool; 0: four for each processor, and sixteen at least. One more connection listens for changes.
	// MailLink is the address at which a borough sends its return, with {borough} and
	// {quarter} to be filled in, as it stands in reminders by e-mail. Empty: reminders are
	// not sent by e-mail.
	MailLink string
}

const (
	refreshTimeout = time.Minute
	// fewestConns are those of a pool of which nothing is said: half of them write at a time,
	// and most of what a writer does is wait for the database.
	fewestConns = 16
)

// Store is the database. It is safe for concurrent use.
type Store struct {
	gorm   *gorm.DB
	sql    *sql.DB
	config *pgx.ConnConfig
	log    *slog.Logger
	clock  func() time.Time
	rules  programme.Settings

	sealing    sealing
	snapshot   atomic.Pointer[benchmark.Snapshot]
	wanted     atomic.Bool   // whether anybody has asked for a snapshot
	confirmed  atomic.Int64  // when the database last said that the snapshot is the present one, as time since started
	started    time.Time     // of the monotonic clock
	staleAfter time.Duration // for how long a snapshot is good without such a confirmation
	pollEvery  time.Duration
	writers    chan struct{}      // holds a token for each transaction that may write
	streams    chan struct{}      // holds a token for each whole list that is being read
	losses     atomic.Int64       // how often the watcher lost the database, or found it gone back
	trusted    atomic.Int64       // losses up to which the snapshot was seen to be of the same database
	loading    chan struct{}      // holds a token while somebody loads a snapshot
	owed       atomic.Int64       // a generation that was written here and could not be loaded then; 0: none
	first      singleflight.Group // of the first snapshot, for which no probe can wait
	listening  atomic.Bool        // whether the watcher hears the database, as far as it knows
	again      singleflight.Group // of the question whether a stale snapshot is the present one

	timeKept atomic.Int64 // until when all that the days bring was done, as far as is known, in microseconds
	frozen   frozenCache
	mailLink string // empty: no reminders go out by e-mail
	letters  *prometheus.CounterVec

	unprotected atomic.Bool // whether the log says that the service's role cannot be taken

	stop    context.CancelFunc
	watcher sync.WaitGroup
}

// Open connects to the database and begins to watch it for changes. It does
// not migrate. The error is Unavailable if the database does not answer.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	config, err := pgx.ParseConfig(cfg.URL)
	if err != nil {
		return nil, refusal(err)
	}
	conns := cfg.MaxConns
	if conns <= 0 {
		conns = max(fewestConns, 4*runtime.GOMAXPROCS(0))
	}
	overNetwork(config, turnsToConnect(conns))
	config.OnNotice = heed
	config.RuntimeParams["application_name"] = "peerchallenge"
	s := &Store{
		config: config, log: cfg.Logger, clock: cfg.Clock, rules: cfg.Settings.Or(programme.DefaultSettings),
		started: time.Now(), staleAfter: 30 * time.Second, pollEvery: 5 * time.Second, loading: make(chan struct{}, 1),
	}
	s.frozen = newFrozenCache()
	s.mailLink, s.letters = cfg.MailLink, newLetterCount()
	if s.sealing, err = newSealing(cfg.SealingKeys); err != nil {
		return nil, err
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	s.timeKept.Store(s.now().UnixMicro())
	s.sql = stdlib.OpenDB(*config, stdlib.OptionAfterConnect(s.prepare), stdlib.OptionResetSession(s.asService))
	s.writers = make(chan struct{}, max(1, conns/2))
	s.streams = make(chan struct{}, max(1, conns/4))
	s.sql.SetMaxOpenConns(conns)
	s.sql.SetMaxIdleConns(conns) // a pool that keeps fewer spends its time connecting
	s.sql.SetConnMaxIdleTime(5 * time.Minute)
	if err := s.open(ctx, cfg.LeadTrusted); err != nil {
		_ = s.sql.Close()
		return nil, refusal(err)
	}
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.watcher.Go(func() { s.watch(watching) })
	return s, nil
}

func (s *Store) open(ctx context.Context, trusted leadTrust) (err error) {
	s.gorm, err = gorm.Open(gormpostgres.New(gormpostgres.Config{Conn: s.sql}), &gorm.Config{
		SkipDefaultTransaction: true,
		QueryFields:            true, // SELECT * breaks prepared statements when a column is added
		DisableAutomaticPing:   true,
		NowFunc:                s.now,
		Logger:                 newStatementLog(s.log),
	})
	if err != nil {
		return err
	}
	if err := s.gorm.Callback().Query().Before("gorm:query").Register(sight, onlyDecided); err != nil {
		return err
	}
	if err := s.gorm.Use(&settled{}); err != nil {
		return err
	}
	if err := s.gorm.Use(trusted); err != nil {
		return err
	}
	return s.sql.PingContext(ctx)
}

// register makes every instant that is read UTC, whatever the machine's zone, and
// reads JSON with the quicker of the decoders.
func register(conn *pgx.Conn) {
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "json", OID: pgtype.JSONOID, Codec: &pgtype.JSONCodec{Marshal: json.Marshal, Unmarshal: decode}})
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "jsonb", OID: pgtype.JSONBOID, Codec: &pgtype.JSONBCodec{Marshal: json.Marshal, Unmarshal: decode}})
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}})
}

// decode reads JSON from what the connection goes on to use. What reads itself copies what it keeps.
func decode(held []byte, into any) error {
	if own, is := into.(json.Unmarshaler); is {
		return own.UnmarshalJSON(held)
	}
	return decodeOwn(bytes.Clone(held), into)
}

// decodeOwn reads JSON from what nobody else writes into. The texts in it stay in one piece.
func decodeOwn(held []byte, into any) error {
	return json.UnmarshalWithOption(held, into, json.DecodeNoCopyString())
}

// Close stops watching and closes every connection. What is running is waited for.
func (s *Store) Close() error {
	s.stop()
	s.watcher.Wait()
	return s.sql.Close()
}

// Collectors measure the pool of connections, how far the service is behind with what
// the days bring, and what became of reminders by e-mail.
func (s *Store) Collectors() []prometheus.Collector {
	return []prometheus.Collector{collectors.NewDBStatsCollector(s.sql, "peerchallenge"), s.timeCollector(), s.letters}
}

// now is the clock's time as the database keeps it.
func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// newID makes a UUIDv7.
func newID() string { return uuid.Must(uuid.NewV7()).String() }
