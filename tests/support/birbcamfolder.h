// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// A Birb Cam folder as the camera leaves it, made for a test; and SQL on any database file.

#include <QBuffer>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QPainter>
#include <QProcess>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QSqlRecord>
#include <QTemporaryDir>
#include <QTest>
#include <QUuid>

#include <initializer_list>

namespace testing {

/** A picture that is not the same everywhere; @p seed makes it another one. */
inline QImage picture(int width = 48, int height = 64, int seed = 0)
{
    QImage image(width, height, QImage::Format_RGB888);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            image.setPixel(
                x, y, qRgb((x * 5 + seed * 37) % 256, (y * 3 + seed * 11) % 256, (x + y) % 256));
    return image;
}

inline QByteArray encoded(const QImage &image, const char *format, int quality = 90)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, format, quality);
    return bytes;
}

inline void writeFile(const QString &path, const QByteArray &bytes)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY2(file.open(QIODevice::WriteOnly), qPrintable(path));
    QCOMPARE(file.write(bytes), bytes.size());
}

inline QByteArray readFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/** Runs statements on a database file through a connection of its own; false when one failed. */
inline bool sql(const QString &path, const QStringList &statements,
                QList<QVariantList> *rows = nullptr)
{
    const QString name = QUuid::createUuid().toString();
    bool ok = false;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
        database.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=5000"));
        database.setDatabaseName(path);
        ok = database.open();
        for (const QString &statement : statements) {
            QSqlQuery query(database);
            if (!query.exec(statement)) {
                ok = false;
                qWarning("%s: %s", qPrintable(statement), qPrintable(query.lastError().text()));
            }
            while (rows != nullptr && query.next()) {
                QVariantList row;
                for (int i = 0; query.value(i).isValid() || i < 1; ++i) {
                    row.append(query.value(i));
                    if (i + 1 >= query.record().count())
                        break;
                }
                rows->append(row);
            }
        }
        database.close();
    }
    QSqlDatabase::removeDatabase(name);
    return ok;
}

/** First column of the first row. */
inline QVariant sqlValue(const QString &path, const QString &statement)
{
    QList<QVariantList> rows;
    if (!sql(path, {statement}, &rows) || rows.isEmpty())
        return {};
    return rows.first().first();
}

struct CameraRow
{
    QString local;      ///< 2021-02-08T10:56:58, seven hours behind UTC
    QString prediction; ///< comma-joined or none
    double confidence = 0.9;
    QString trueLabel = {}; ///< empty: NULL
    bool file = true;
};

class BirbCamFolder
{
public:
    BirbCamFolder(std::initializer_list<CameraRow> rows = {})
    {
        QDir(path()).mkdir(QStringLiteral("imgs"));
        sql(database(),
            {QStringLiteral("CREATE TABLE results(utc_datetime TEXT NOT NULL PRIMARY KEY,"
                            " datetime TEXT NOT NULL, file_name TEXT NOT NULL,"
                            " prediction TEXT NOT NULL, confidence REAL NOT NULL, true_label TEXT,"
                            " inaturalist_id INTEGER)")});
        add(rows);
    }

    QString path() const { return m_dir.path(); }
    QString database() const { return m_dir.filePath(QStringLiteral("model_results.db")); }
    QString store() const { return m_dir.filePath(QStringLiteral("birblens.db")); }

    static QString fileName(const CameraRow &row)
    {
        return row.local + QLatin1Char('_') +
               QString(row.prediction).replace(QLatin1Char(','), QLatin1Char('_')) +
               QStringLiteral(".jpg");
    }
    static QString key(const CameraRow &row) { return QStringLiteral("imgs/") + fileName(row); }
    static QString utc(const CameraRow &row)
    {
        return QDateTime::fromString(row.local + QLatin1Char('Z'), Qt::ISODate)
            .addSecs(7 * 3600)
            .toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss"));
    }

    void add(const QList<CameraRow> &rows)
    {
        QStringList statements{QStringLiteral("BEGIN")};
        for (const CameraRow &row : rows) {
            if (row.file)
                writeFile(m_dir.filePath(key(row)), encoded(picture(48, 64, m_count), "jpg"));
            ++m_count;
            const QString label = row.trueLabel.isEmpty()
                                      ? QStringLiteral("NULL")
                                      : QStringLiteral("'%1'").arg(row.trueLabel);
            statements.append(
                QStringLiteral("INSERT INTO results VALUES('%1','%2','%3','%4',%5,%6,NULL)")
                    .arg(utc(row), row.local, fileName(row), row.prediction)
                    .arg(row.confidence)
                    .arg(label));
        }
        statements.append(QStringLiteral("COMMIT"));
        sql(database(), statements);
    }

    /** true_label as it stands in the camera's database; null for NULL. */
    QString trueLabel(const QString &local) const
    {
        return sqlValue(
                   database(),
                   QStringLiteral("SELECT true_label FROM results WHERE datetime='%1'").arg(local))
            .toString();
    }
    void setTrueLabel(const QString &local, const QString &text) const
    {
        const QString value =
            text.isNull() ? QStringLiteral("NULL") : QStringLiteral("'%1'").arg(text);
        sql(database(), {QStringLiteral("UPDATE results SET true_label=%1 WHERE datetime='%2'")
                             .arg(value, local)});
    }

private:
    QTemporaryDir m_dir;
    int m_count = 0;
};

/** A second process that works on a database through Python's sqlite3. */
class PythonProcess
{
public:
    explicit PythonProcess(const QString &script, const QStringList &arguments)
    {
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start(QStringLiteral("/usr/bin/python3"),
                        QStringList{QStringLiteral("-u"), QStringLiteral("-c"), script} +
                            arguments);
    }
    ~PythonProcess()
    {
        if (m_process.state() != QProcess::NotRunning) {
            m_process.kill();
            m_process.waitForFinished();
        }
    }

    /** Waits until it has printed a line that starts with this. */
    bool waitForLine(const QByteArray &start)
    {
        while (!m_process.canReadLine() || !m_process.peek(start.size()).startsWith(start)) {
            if (m_process.canReadLine())
                m_process.readLine();
            else if (!m_process.waitForReadyRead(20000))
                return false;
        }
        m_process.readLine();
        return true;
    }
    void say(const QByteArray &line)
    {
        m_process.write(line + '\n');
        m_process.waitForBytesWritten();
    }
    bool finished() const { return m_process.state() == QProcess::NotRunning; }
    bool waitForFinished()
    {
        return (m_process.state() == QProcess::NotRunning || m_process.waitForFinished(60000)) &&
               m_process.exitCode() == 0;
    }
    QByteArray output() { return m_process.readAll(); }

private:
    QProcess m_process;
};

} // namespace testing
