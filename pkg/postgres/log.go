package postgres

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
)

const slowStatement = time.Second

// statementLog writes slow statements, without their parameters. Failed ones
// are left to whoever gets the error: a name that is taken is no event.
type statementLog struct{ logger.Interface }

func newStatementLog(log *slog.Logger) logger.Interface {
	return statementLog{logger.NewSlogLogger(log, logger.Config{LogLevel: logger.Warn, SlowThreshold: slowStatement, ParameterizedQueries: true})}
}

func (l statementLog) LogMode(level logger.LogLevel) logger.Interface {
	return statementLog{l.Interface.LogMode(level)}
}

func (l statementLog) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), _ error) {
	if time.Since(begin) >= slowStatement {
		l.Interface.Trace(ctx, begin, statement, nil)
	}
}

// ParamsFilter keeps values out of the log. GORM looks for this method on the
// logger itself, so that embedding alone would lose it.
func (l statementLog) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}
