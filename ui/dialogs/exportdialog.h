// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDialog>
#include <QList>
#include <QString>

#include <optional>

class QButtonGroup;
class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace birblens {

/** What is to be written, of which frames, and where. */
struct ExportChoice
{
    enum class Scope { Current, Selected, Shown, Visit };

    QString exporter;
    Scope scope = Scope::Current;
    QString imageFormat; ///< empty: the exporter's first
    double framesPerSecond = 5.0;
    bool colonFree = false;
    bool copySeveral = false;
    bool plainText = false;
    QString place;
    std::optional<double> latitude;  ///< degrees north
    std::optional<double> longitude; ///< degrees east
    QString folder;
};

/** How many frames each scope would have, and whether figures are possible. */
struct ExportOffer
{
    int selected = 0;
    int shown = 0;
    int visit = 0; ///< of the current frame
    bool hasModel = false;
    QString dayName; ///< what the place is called when nothing is typed
};

/** Shows only what the chosen format asks for. */
class ExportDialog : public QDialog
{
    Q_OBJECT
public:
    ExportDialog(const ExportOffer &offer, const ExportChoice &last, QWidget *parent = nullptr);

    ExportChoice choice() const;

private:
    /** A row of the grid that is shown or hidden as a whole. */
    struct Row
    {
        QLabel *name;
        QWidget *field;
        void setVisible(bool visible) const;
    };

    void addScopes(QGridLayout *grid, ExportChoice::Scope scope);
    Row addRow(QGridLayout *grid, const QString &name, QWidget *field);
    QWidget *buildFolder();
    void chooseFolder();
    void update();
    void listFormats(const QStringList &formats);
    /** Nothing when it is no such number; an empty field is none. */
    static std::optional<double> degrees(const QLineEdit *field, double most, bool &fine);

    ExportOffer m_offer;
    ExportChoice m_last;
    QComboBox *m_exporter;
    QLabel *m_summary;
    QButtonGroup *m_scope;
    QComboBox *m_format;
    QDoubleSpinBox *m_speed;
    QCheckBox *m_colonFree;
    QCheckBox *m_copySeveral;
    QCheckBox *m_plainText;
    QLineEdit *m_place;
    QLineEdit *m_latitude;
    QLineEdit *m_longitude;
    QLineEdit *m_folder;
    QLabel *m_problem; ///< with what is typed
    QPushButton *m_go = nullptr;
    Row m_formatRow{};
    Row m_speedRow{};
    Row m_colonRow{};
    Row m_severalRow{};
    Row m_plainRow{};
    Row m_placeRow{};
    Row m_latitudeRow{};
    Row m_longitudeRow{};
    Row m_folderRow{};
    Row m_besideRow{}; ///< in its place, for formats that write beside the frames
};

} // namespace birblens
