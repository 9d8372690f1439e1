// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/filewriter.h"

#include "core/filepath.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QRegularExpression>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace birblens {

namespace {

const QString prefix = QStringLiteral(".birblens-");
const QString suffix = QStringLiteral(".part");
constexpr int letters = 12;
constexpr int attempts = 16;
constexpr qint64 leftoverSeconds = 60; ///< between a file's making and its lock there is a moment

QString hintFor(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
        return QStringLiteral("Free some space or choose another folder");
    case ENOENT:
    case ENOTDIR:
        return QStringLiteral("Check that the folder is there");
    default:
        return QStringLiteral("Choose another folder");
    }
}

/** A link of the system's to a file that is open already, such as /dev/stdout. */
bool isOpenFile(const QByteArray &path)
{
    struct stat status;
    if (::lstat(path.constData(), &status) != 0 || !S_ISLNK(status.st_mode))
        return false;
    const QString folder = QFileInfo(QFileInfo(pathFromNative(path)).path()).canonicalFilePath();
    return folder == QLatin1String("/dev") || folder.startsWith(QLatin1String("/dev/")) ||
           folder.startsWith(QLatin1String("/proc/"));
}

/** A device or a pipe, whose name must stay what it is. */
bool isStream(const QByteArray &path)
{
    if (isOpenFile(path))
        return true;
    struct stat status;
    return ::stat(path.constData(), &status) == 0 &&
           (S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

/** Locked: somebody is writing there. */
bool isHeld(const QString &path)
{
    const int file = ::open(nativePath(path).constData(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return true; // not ours to judge
    const bool free = ::flock(file, LOCK_EX | LOCK_NB) == 0;
    ::close(file);
    return !free;
}

} // namespace

QString writeFailure(int number)
{
    switch (number) {
    case ENOSPC:
        return QStringLiteral("The disk is full");
    case EDQUOT:
        return QStringLiteral("Your share of the disk (quota) is used up");
    case EFBIG:
        return QStringLiteral("The file would be larger than is allowed here");
    case EROFS:
        return QStringLiteral("The disk can only be read");
    case EACCES:
    case EPERM:
        return QStringLiteral("You have no permission to write there");
    case EIO:
        return QStringLiteral("The disk reports an error");
    case EISDIR:
        return QStringLiteral("A folder has this name");
    case ENOENT:
    case ENOTDIR:
        return QStringLiteral("The folder does not exist");
    case ENAMETOOLONG:
        return QStringLiteral("The name is too long");
    default:
        return QString::fromLocal8Bit(std::strerror(number));
    }
}

bool isDiskFailure(const Error &error)
{
    static constexpr int disks[]{ENOSPC, EDQUOT, EFBIG, EROFS, EIO};
    return std::any_of(std::begin(disks), std::end(disks),
                       [&error](int number) { return error.what == writeFailure(number); });
}

QString temporaryNameBeside(const QString &path)
{
    static const char symbols[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    QString name = QFileInfo(path).path() + QLatin1Char('/') + prefix;
    for (int i = 0; i < letters; ++i)
        name += QLatin1Char(symbols[QRandomGenerator::global()->bounded(36)]);
    return name + suffix;
}

FileWriter::FileWriter(const QString &path, Durability durability)
    : m_path(path)
    , m_target(nativePath(path))
    , m_durability(durability)
{
    if (isStream(m_target)) {
        m_file = ::open(m_target.constData(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
        if (m_file < 0)
            fail(errno);
        return;
    }
    // A file that may not be changed is not replaced either.
    struct stat status;
    const bool there = ::lstat(m_target.constData(), &status) == 0;
    if (there && S_ISDIR(status.st_mode)) {
        fail(EISDIR);
        return;
    }
    const bool regular = there && S_ISREG(status.st_mode);
    if (regular && ::access(m_target.constData(), W_OK) != 0) {
        fail(errno);
        return;
    }
    // What is kept of pictures in a cache is nobody else's business.
    const mode_t mode = durability == Durability::Cached ? 0600 : 0666;
    for (int attempt = 0; attempt < attempts && m_file < 0; ++attempt) {
        m_temporary = nativePath(temporaryNameBeside(path));
        m_file = ::open(m_temporary.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (m_file < 0 && errno != EEXIST)
            break;
    }
    if (m_file < 0) {
        m_temporary.clear();
        fail(errno);
        return;
    }
    static_cast<void>(::flock(m_file, LOCK_EX | LOCK_NB)); // see clearLeftovers()
    if (regular)
        static_cast<void>(::fchmod(m_file, status.st_mode & 07777));
}

FileWriter::FileWriter(FileWriter &&other) noexcept
    : m_path(std::move(other.m_path))
    , m_target(std::move(other.m_target))
    , m_temporary(std::exchange(other.m_temporary, QByteArray()))
    , m_durability(other.m_durability)
    , m_file(std::exchange(other.m_file, -1))
    , m_failure(other.m_failure)
    , m_size(other.m_size)
    , m_prepared(other.m_prepared)
{
}

FileWriter::~FileWriter()
{
    discard();
}

void FileWriter::discard()
{
    if (m_file >= 0)
        ::close(std::exchange(m_file, -1));
    if (!m_temporary.isEmpty())
        ::unlink(m_temporary.constData());
    m_temporary.clear();
}

void FileWriter::fail(int number)
{
    if (m_failure == 0)
        m_failure = number != 0 ? number : EIO;
    discard();
}

Error FileWriter::error() const
{
    return {writeFailure(m_failure), m_path, hintFor(m_failure)};
}

bool FileWriter::write(const char *data, qsizetype size)
{
    while (m_failure == 0 && size > 0) {
        const ssize_t done = ::write(m_file, data, static_cast<size_t>(size));
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            fail(done < 0 ? errno : ENOSPC);
            break;
        }
        data += done;
        size -= done;
        m_size += done;
    }
    return m_failure == 0;
}

Result<void> FileWriter::prepare()
{
    if (m_failure != 0)
        return error();
    if (m_prepared)
        return {};
    m_prepared = true;
    if (!m_temporary.isEmpty()) {
        // Disks that cannot be told to (some network folders) say EINVAL or ENOSYS.
        if (m_durability == Durability::Synced && ::fsync(m_file) != 0 && errno != EINVAL &&
            errno != ENOSYS && errno != ENOTSUP)
            fail(errno);
        struct stat status;
        if (m_failure == 0 && (::fstat(m_file, &status) != 0 || status.st_size != m_size))
            fail(EIO);
    }
    // A network folder may tell only now that there was no room.
    if (m_failure == 0 && ::close(std::exchange(m_file, -1)) != 0 && errno != EINTR)
        fail(errno);
    if (m_failure != 0)
        return error();
    return {};
}

Result<void> FileWriter::commit()
{
    if (auto prepared = prepare(); !prepared)
        return prepared;
    if (m_temporary.isEmpty())
        return {};
    if (::rename(m_temporary.constData(), m_target.constData()) != 0) {
        fail(errno);
        return error();
    }
    m_temporary.clear();
    return {};
}

Result<void> writeWholeFile(const QString &path, const QByteArray &bytes,
                            FileWriter::Durability durability)
{
    FileWriter writer(path, durability);
    writer.write(bytes);
    return writer.commit();
}

void clearLeftovers(const QString &folder)
{
    static const QRegularExpression ours(
        QStringLiteral("^\\.birblens-[a-z0-9]{%1}\\.part$").arg(letters));
    const QDateTime now = QDateTime::currentDateTime();
    const QFileInfoList found =
        QDir(folder).entryInfoList({prefix + QLatin1Char('*') + suffix},
                                   QDir::Files | QDir::Dirs | QDir::Hidden | QDir::NoSymLinks);
    for (const QFileInfo &one : found) {
        if (!ours.match(one.fileName()).hasMatch() ||
            std::abs(one.lastModified().secsTo(now)) < leftoverSeconds || isHeld(one.filePath()))
            continue;
        if (one.isDir())
            QDir(one.filePath()).removeRecursively();
        else
            QFile::remove(one.filePath());
    }
}

bool foldsCase(const QString &folder)
{
    const QByteArray name = nativePath(temporaryNameBeside(folder + QStringLiteral("/x")));
    const int file = ::open(name.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0)
        return false;
    ::close(file);
    QByteArray other = name;
    const qsizetype at = other.lastIndexOf(".part");
    other.replace(at, 5, ".PART");
    const bool folds = ::access(other.constData(), F_OK) == 0;
    ::unlink(name.constData());
    return folds;
}

} // namespace birblens
